import { expect, it } from 'vitest'
import { bootstrapCommand } from '@/lib/deploy/bootstrap.ts'
import { FrameReader } from '@/lib/deploy/frames.ts'
import { openConnector } from '@/lib/ssh/connector.ts'
import { run } from './contract.ts'
import { context, deploy, deploySegment, releaseOf, treeOf } from './engine-ground.ts'
import type { Site } from './engine-ground.ts'
import { fly, follow, outcomes, startParts } from './flight.ts'
import { openRelay } from './relay.ts'

/** Whatever a root holds of segments, unfinished ones included, and of releases. */
const remains = (root: string): string =>
  `cd ${root} && find .fairlead/run/1 release current ! -path .fairlead/run/1 ! -path release 2>/dev/null; :`

/** Starting is atomic: whole or not at all, and what was not may be sent again. */
export function startContract(site: Site): void {
  async function startOf(root: string) {
    const { segment, tree } = await deploySegment({
      number: 1,
      files: { version: '1\n', filler: Buffer.alloc(200_000, 'x') },
      env: 'A=1\n',
    })
    return startParts(context(root, 1), segment, { exports: { A: '1' }, env: 'A=1\n', payloads: [tree.payload] })
  }

  /** Every kind of place where a stream may end early, as a number of bytes that still arrived. */
  function cuts([opening, secret, payload]: [Uint8Array, Uint8Array, Uint8Array]): [string, number][] {
    const header = opening.indexOf(10) + 1
    const program = opening.length
    const whole = program + secret.length + payload.length
    return [
      ['before anything', 0],
      ['in the bootstrap line', 20],
      ['one byte before the end of the bootstrap line', header - 1],
      ['after the bootstrap line', header],
      ['in the program', header + 5_000],
      ['one byte before the end of the program', program - 1],
      ['after the program', program],
      ['in the secret part', program + 5],
      ['one byte before the end of the secret part', program + secret.length - 1],
      ['after the secret part', program + secret.length],
      ['in the payload', whole - payload.length + 70_000],
      ['one byte before the end', whole - 1],
    ]
  }

  it('starts nothing and leaves nothing when its input ends early, wherever that is, and can be sent again', async () => {
    const root = await site.ground.root()
    const parts = (await startOf(root)) as [Uint8Array, Uint8Array, Uint8Array]
    const whole = Buffer.concat(parts)
    for (const [where, length] of cuts(parts)) {
      const flight = await follow(site.connection, whole.subarray(0, length))
      expect([where, flight.entries, flight.end]).toEqual([where, [], null])
      if (length >= parts[0].length) {
        expect([where, flight.refused]).toEqual([where, expect.stringMatching(/^bad_payload (secret|tree\.tar)$/)])
      }
      expect([where, (await run(site.connection, remains(root))).output]).toEqual([where, ''])
    }
    const flight = await follow(site.connection, whole)
    expect([flight.end, outcomes(flight).at(-1)]).toEqual(['done', 'close ok'])
  })

  it('starts nothing and leaves nothing when its line is cut, wherever that is, and can be sent again', async () => {
    const root = await site.ground.root()
    const parts = (await startOf(root)) as [Uint8Array, Uint8Array, Uint8Array]
    const whole = Buffer.concat(parts)
    const connector = openConnector()
    for (const [where, length] of cuts(parts)) {
      await run(site.connection, `rm -f ${root}.pid`)
      const relay = await openRelay(site.ground.address)
      const line = await connector.connect(relay.address)
      const channel = await line.exec(`echo $$ >${root}.pid; ${bootstrapCommand}`)
      await channel.write(whole.subarray(0, length))
      const arrived = length > parts[0].length ? `-d ${root}/.fairlead/run/1/.main.*` : `-s ${root}.pid`
      await run(site.connection, `until [ ${arrived} ]; do :; done`)
      relay.cut()
      await expect(channel.exit).rejects.toMatchObject({ code: 'unreachable' })
      const after = await run(site.connection, `while [ -d /proc/$(cat ${root}.pid) ]; do :; done; ${remains(root)}`)
      expect([where, after.output]).toEqual([where, ''])
      await relay.close()
    }
    await connector.close()
    expect(outcomes(await follow(site.connection, whole)).at(-1)).toBe('close ok')
  })

  it('says that it is alive while a long stream arrives', async () => {
    const root = await site.ground.root()
    const whole = Buffer.concat(await startOf(root))
    const channel = await site.connection.exec(bootstrapCommand)
    await channel.write(whole.subarray(0, -1))
    const reader = new FrameReader()
    const seen: string[] = []
    for await (const bytes of channel.output) {
      const frames = reader.push(bytes)
      if (seen.length === 0 && frames[0]?.type === 'H')
        await channel.write(whole.subarray(-1)).then(() => channel.end())
      seen.push(...frames.map(({ type }) => type))
    }
    expect([seen[0], seen.includes('S'), seen.at(-1)]).toEqual(['H', true, 'E'])
  })

  it('starts nothing of an altered program, secret part or payload', async () => {
    const root = await site.ground.root()
    const [opening, secret, payload] = (await startOf(root)) as [Uint8Array, Uint8Array, Uint8Array]
    const altered = (bytes: Uint8Array): Uint8Array =>
      bytes.map((byte, i) => (i === bytes.length - 9 ? byte ^ 1 : byte))
    const send = (parts: Uint8Array[]) => follow(site.connection, Buffer.concat(parts))
    expect(await send([altered(opening), secret, payload])).toMatchObject({ refused: null, entries: [], end: null })
    expect(await send([opening, altered(secret), payload])).toMatchObject({
      refused: 'bad_payload secret',
      entries: [],
    })
    expect(await send([opening, secret, altered(payload)])).toMatchObject({
      refused: 'bad_payload tree.tar',
      entries: [],
    })
    expect((await run(site.connection, `cd ${root}; find .fairlead/run -type f; ls release`)).output).toBe('')
    expect(outcomes(await send([opening, secret, payload])).at(-1)).toBe('close ok')
  })

  it('lets one server of a deployment into a folder, however many names lead there', async () => {
    const root = await site.ground.root()
    await run(site.connection, `ln -s ${root} ${root}.link`)
    const { segment, tree } = await deploySegment({ number: 1 })
    const given = { exports: {}, env: null, payloads: [tree.payload] }
    const other = { ...segment, name: 'ship-2', targetId: 'another' }
    expect(outcomes(await fly(site.connection, context(root, 1), segment, given)).at(-1)).toBe('close ok')
    const refused = await fly(site.connection, context(`${root}.link`, 1), other, given)
    expect(refused).toMatchObject({ refused: 'same_folder', entries: [] })
    expect((await run(site.connection, `ls -A ${root}/.fairlead/run/1`)).output).toBe('main\n')
  })

  it('attaches when the same start is sent twice at the same moment', async () => {
    const root = await site.ground.root()
    const whole = Buffer.concat(await startOf(root))
    const flights = await Promise.all([follow(site.connection, whole), follow(site.connection, whole)])
    expect(flights.map((flight) => outcomes(flight).at(-1))).toEqual(['close ok', 'close ok'])
    expect(flights[0].entries).toEqual(flights[1].entries)
  })

  it.each([
    ['changed in place, with its old time', `cp -p version keep; echo evil >version; touch -r keep version; rm keep`],
    ['added to', 'echo evil >more'],
    ['taken from', 'rm version'],
    ['changed in mode', 'chmod 777 version'],
    ['replaced as a whole', `cd ..; cp -a tree other; mv tree away; mv other tree; echo evil >tree/version`],
    ['of another revision', `cd ..; echo ${'b'.repeat(40)} >tree.revision`],
    ['without its revision', `cd ..; rm tree.revision`],
  ])('wants everything when the pristine tree was %s', async (_how, tamper) => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, files: { version: '1\n', other: 'o' } })
    const change = await treeOf({ version: '2\n' })
    const next = { number: 2, live: 1, base: 1, tree: { ...change, files: 2 } }
    expect(await run(site.connection, `cd ${root}/.fairlead/tree && { ${tamper}; }`)).toMatchObject({ code: 0 })
    expect(await deploy(site, root, next)).toMatchObject({ refused: 'need_full', entries: [] })
    const full = await deploy(site, root, { number: 2, live: 1, files: { version: '2\n', other: 'o' } })
    expect(outcomes(full).at(-1)).toBe('close ok')
    expect((await run(site.connection, `cd ${root}/current; cat version other; ls -A`)).output).toBe(
      '2\noREVISION\nother\nversion\n',
    )
  })

  it('takes a change onto an untouched pristine tree', async () => {
    const root = await site.ground.root()
    await deploy(site, root, { number: 1, files: { version: '1\n', other: 'o' } })
    const tree = { ...(await treeOf({ version: '2\n' })), files: 2 }
    const flight = await deploy(site, root, { number: 2, live: 1, base: 1, tree })
    expect(outcomes(flight).at(-1)).toBe('close ok')
    const seen = await run(site.connection, `cd ${root}; readlink current; cat current/version current/other`)
    expect(seen.output).toBe(`${root}/release/${releaseOf(2)}\n2\no`)
  })
}
