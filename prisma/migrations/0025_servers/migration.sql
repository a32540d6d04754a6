-- Servers on which the last change failed and could not be put back: they don't count as serving.
ALTER TABLE "Target" ADD COLUMN "failedAt" TIMESTAMPTZ(3);
