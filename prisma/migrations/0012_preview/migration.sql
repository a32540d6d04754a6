CREATE TABLE "Preview" (
    "environmentId" TEXT NOT NULL,
    "planHash" TEXT NOT NULL,
    "plan" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Preview_pkey" PRIMARY KEY ("environmentId","planHash")
);
CREATE INDEX "Preview_createdAt_idx" ON "Preview"("createdAt");
ALTER TABLE "Preview" ADD CONSTRAINT "Preview_environmentId_fkey" FOREIGN KEY ("environmentId") REFERENCES "Environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
