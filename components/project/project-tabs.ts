/** Tabs of a project's page, `?tab=…`; the first unless one is asked for. */
export const projectTabs = {
  environments: 'Environments',
  webhooks: 'Webhooks',
  deliveries: 'Deliveries',
  notifications: 'Notifications',
  freezes: 'Freezes',
} as const
export type ProjectTab = keyof typeof projectTabs
