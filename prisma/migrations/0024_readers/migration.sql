-- Readers of a mail who have it while others were refused.
ALTER TABLE "Message" ADD COLUMN "reached" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
