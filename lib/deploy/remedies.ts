// What helps against each way in which a deployment can fail, in a sentence that is true whatever else is known.
import type { FailureCode } from './types.ts'

export const remedies: Record<FailureCode, string> = {
  command_failed: 'Its last lines say why. Mend that, then deploy again.',
  timed_out: 'Find out what it waited for, or give it more time.',
  not_ready: 'Read its last answers, and the log of the application.',
  minimum_healthy: 'Deploy to the servers that do not serve first, by name, or choose a smaller minimum.',
  not_killed: 'End the processes that it names on the server, then deploy again.',
  output_limit: 'Let it write less, or into a file of its own.',
  connection_lost: 'Once the server is back, deploy again: it is asked first what is live there.',
  unreachable:
    'Check the server on its page: that says whether address, port, key or the server itself is the trouble.',
  host_key_changed:
    'If the server was really set up anew, confirm its host key on its page; else somebody may be in between.',
  invalid_spec: 'Mend what it names in the repository, push, and deploy that commit.',
  source_not_found: 'Check the branch, the commit, and the access to the repository.',
  release_missing: 'Deploy its commit again.',
  owner_conflict: 'Find out who else changes that folder, then deploy again.',
  server_restarted: 'Once the server is up, deploy again: nothing that was left there is in the way.',
  disk_full: 'Make room there, or keep fewer releases, then deploy again.',
  not_writable: 'Check the server on its page: that says what its user may not write.',
  undo_failed: 'See what is live on that server, then deploy again or activate a release.',
  plan_changed: 'Look at the new plan, and start it again.',
  internal: 'The log of the worker says more. Deploy again; if it happens again, report it.',
}
