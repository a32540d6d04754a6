'use server'
import { setTheme } from '@/lib/web/theme.ts'

export const chooseTheme = setTheme
