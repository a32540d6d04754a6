// Columns of the table of variables: name, value, what can be done. On a phone the value has a line of its own.
export const variableGrid =
  'grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-2 gap-y-1 px-3 py-1.5 sm:grid-cols-[minmax(8rem,16rem)_minmax(0,1fr)_auto] sm:px-4'
export const valueCell = 'order-last col-span-2 sm:order-none sm:col-span-1'
