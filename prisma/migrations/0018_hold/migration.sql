-- Maintenance: nothing is deployed while an environment is held.
ALTER TABLE "Environment" ADD COLUMN IF NOT EXISTS "holdReason" TEXT;
ALTER TABLE "Environment" ADD COLUMN IF NOT EXISTS "holdBy" TEXT;
ALTER TABLE "Environment" ADD COLUMN IF NOT EXISTS "holdAt" TIMESTAMPTZ(3);
ALTER TABLE "Environment" ADD COLUMN IF NOT EXISTS "holdUntil" TIMESTAMPTZ(3);
