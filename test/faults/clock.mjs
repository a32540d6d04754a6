// Preloaded into workers: from when they are told so, their clock is so many ms ahead.
const Real = globalThis.Date
let shiftMs = 0
globalThis.Date = class extends Real {
  constructor(...given) {
    super(...(given.length === 0 ? [Real.now() + shiftMs] : given))
  }
  static now() {
    return Real.now() + shiftMs
  }
}
process.on('message', (told) => {
  shiftMs = told.shiftMs
})
process.channel.unref()
