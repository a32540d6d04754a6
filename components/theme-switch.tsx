'use client'
import { Monitor, Moon, Sun } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { chooseTheme } from '@/app/actions/theme.ts'
import { iconButtonStyle, menuItemStyle, menuStyle } from './style.ts'

const themes = [
  { name: 'system', word: 'As the system', icon: Monitor },
  { name: 'light', word: 'Light', icon: Sun },
  { name: 'dark', word: 'Dark', icon: Moon },
] as const

export function ThemeSwitch() {
  function choose(name: string) {
    // At once here, and in the cookie for every page to come.
    if (name === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = name
    void chooseTheme(name)
  }
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className={iconButtonStyle} aria-label="Theme">
        <Sun aria-hidden size={16} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} className={menuStyle}>
          {themes.map(({ name, word, icon: Icon }) => (
            <DropdownMenu.Item key={name} onSelect={() => choose(name)} className={menuItemStyle}>
              <Icon aria-hidden size={14} /> {word}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
