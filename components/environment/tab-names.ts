/** Tabs of the environment's own page, `?tab=…`. */
export const pageTabs = {
  releases: 'Releases',
  pipeline: 'Pipeline',
  triggers: 'Triggers',
  variables: 'Variables',
  servers: 'Servers',
  settings: 'Settings',
} as const
export type PageTab = keyof typeof pageTabs

/** In their order; those that aren't in `pageTabs` are pages of their own. */
export const tabs = {
  releases: pageTabs.releases,
  pipeline: pageTabs.pipeline,
  triggers: pageTabs.triggers,
  variables: pageTabs.variables,
  servers: pageTabs.servers,
  logs: 'Logs',
  statistics: 'Statistics',
  settings: pageTabs.settings,
} as const
export type Tab = keyof typeof tabs
