-- What of the repository a release was made of: its hooks lie there, whatever the environment deploys now.
ALTER TABLE "Release" ADD COLUMN IF NOT EXISTS "subdirectory" TEXT NOT NULL DEFAULT '';
