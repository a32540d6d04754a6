-- Filters of the audit, newest first.
CREATE INDEX "AuditEntry_actor_id_idx" ON "AuditEntry"("actor", "id");
CREATE INDEX "AuditEntry_action_id_idx" ON "AuditEntry"("action", "id");
