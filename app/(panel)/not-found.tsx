// Inside the panel the navigation stays.
export { Missing as default } from '@/components/missing.tsx'
