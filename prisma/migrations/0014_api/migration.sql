-- Answers that were given to requests with an Idempotency-Key, kept for a day: the same key gets the same answer again.
CREATE TABLE "KeptAnswer" (
  "id" TEXT NOT NULL,
  "actor" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "request" TEXT NOT NULL,
  "answer" BYTEA NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "KeptAnswer_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "KeptAnswer_actor_key_key" ON "KeptAnswer"("actor", "key");
CREATE INDEX "KeptAnswer_createdAt_idx" ON "KeptAnswer"("createdAt");
