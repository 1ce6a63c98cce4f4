/**
 * Options for a look-up in an `lru-cache`, all as by default; for the next one only.
 *
 * `lru-cache` writes `status` into the options that it is called with. By default they are `{}`, from which V8 remembers
 * some 1,500 shapes at most: where reads bring odds under more names than that, each look-up would make a shape of its
 * own, in a microsecond. Written where it is already, it costs nothing. One object does for all, as nobody keeps it; but
 * while somebody listens to `lru-cache`'s diagnostics, each look-up has to have a status of its own.
 */
const shaped: { allowStale: boolean; status: undefined } = { allowStale: false, status: undefined }

export const asIs = (): { allowStale: boolean } => {
  shaped.status = undefined
  return shaped
}
