// For those who may not know the store: whether an error only says that the database is away.
export { isDatabaseAway } from '@/lib/store/away.ts'
