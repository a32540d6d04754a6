-- A server may be reached through another one of the panel.
ALTER TABLE "Server" ADD COLUMN IF NOT EXISTS "jumpId" TEXT;
CREATE INDEX IF NOT EXISTS "Server_jumpId_idx" ON "Server"("jumpId");
ALTER TABLE "Server" DROP CONSTRAINT IF EXISTS "Server_jumpId_fkey";
ALTER TABLE "Server" ADD CONSTRAINT "Server_jumpId_fkey" FOREIGN KEY ("jumpId") REFERENCES "Server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
