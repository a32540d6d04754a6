-- What the overview, searches and figures ask of a million deployments.
CREATE INDEX "Deployment_environmentId_createdAt_idx" ON "Deployment"("environmentId", "createdAt");
CREATE INDEX "Deployment_releaseId_idx" ON "Deployment"("releaseId");
CREATE INDEX "Release_revision_idx" ON "Release"("revision");
-- The few that are under way, however many there were.
CREATE INDEX "Deployment_unfinished_idx" ON "Deployment"("environmentId", "number") WHERE "status" IN ('queued', 'running');
