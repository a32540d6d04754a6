// Loaded first in the web process.
import { readSettings } from '../lib/settings.ts'
import { guardAddresses } from './start-address.ts'

guardAddresses(readSettings(process.env).proxies)
