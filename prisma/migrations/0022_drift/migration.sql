-- When drift was last looked for, whatever came of it.
ALTER TABLE "Target" ADD COLUMN "driftTriedAt" TIMESTAMPTZ(3);
