/**
 * The scripts: the steps that must be one.
 *
 * A script touches only keys that it is given. Numbers that are stamps travel as
 * text of 16 digits: Lua prints large numbers otherwise rounded. Whatever is of
 * another type than text counts as missing and is overwritten, and so does a stamp
 * that is no number or far ahead of all others.
 *
 * On one server a step is one script over all its keys; on a Cluster, whose keys
 * lie in several slots, the same functions work slot by slot.
 */
import { farAhead } from "./plane.ts"

const functions = `
local function get(key)
  local text = redis.pcall('GET', key)
  return type(text) == 'string' and text or false
end

local function written(stamp)
  return string.format('%016.0f', stamp)
end

-- Microseconds of the server's clock.
local function micros()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

-- Digits of a stamp; a number from far ahead was none of ours, and nothing that happens could ever beat it.
local function numberAt(text, at, now)
  local stamp = text and tonumber(string.match(text, '^' .. string.rep('%d', 16), at))
  return stamp and stamp <= math.max(now, micros()) + ${farAhead} and stamp
end

-- The stamp at the head of the marks of everything and of prefixes, or of a tag's mark.
local function mark(text, now)
  return numberAt(text, 1, now or 0) or math.huge
end

-- The last stamp; where it is garbage, the clock will do.
local function last(sequence)
  return numberAt(get(sequence), 1, ${Number.MAX_SAFE_INTEGER - 2 * farAhead}) or 0
end

-- The next stamp, later than the floor if there is one: a clock that goes back cannot make it go back.
local function tick(sequence, floor)
  local stamp = math.max(last(sequence) + 1, (floor or 0) + 1, micros())
  redis.call('SET', sequence, written(stamp))
  return stamp
end

-- A mark that is missing may have been evicted: it comes back just before now, never earlier. So does one that is none.
local function found(key, stamp, life)
  if mark(get(key), stamp) < math.huge then return end
  if life then redis.call('SET', key, written(stamp - 1), 'PX', life)
  else redis.call('SET', key, written(stamp - 1)) end
end

-- The stamp of an entry or a tombstone; the same place in every version.
local function stampOf(text, now)
  return numberAt(text, 3, now) or 0
end

-- A lease is its stamp, whether somebody waits for its end ('w' or '-'), and its token.
local function holds(held, token)
  return held and string.sub(held, 18) == token
end

-- Ends a lease if the token holds it, and tells those who wait for that.
local function finish(lease, token, channel, name)
  local held = get(lease)
  if not holds(held, token) then return end
  redis.call('DEL', lease)
  if string.sub(held, 17, 17) == 'w' then redis.call('PUBLISH', channel, name) end
end

-- A text that takes too long to be sent keeps whoever asks for it from hearing anything else: its stamp stays, as a tombstone.
local function shrink(value, giant, life, now)
  local size = redis.pcall('STRLEN', value)
  if type(size) ~= 'number' or size <= tonumber(giant) then return end
  redis.call('SET', value, '1T' .. written(stampOf(redis.call('GETRANGE', value, 0, 17), now)), 'PX', life)
end

-- An entry with a stamp above the floor, the lease, or how long somebody else has it.
local function take(value, lease, token, millis, floor, now, grant)
  local text = get(value)
  if text and string.sub(text, 2, 2) == 'E' and stampOf(text, now) > floor then return {'newer', 0, text} end
  local held = get(lease)
  if holds(held, token) then
    redis.call('PEXPIRE', lease, millis)
    return {'granted', string.sub(held, 1, 16)}
  end
  -- One without an end is no lease: nobody would ever get another.
  local remaining = held and redis.call('PTTL', lease) or 0
  if remaining > 0 then
    local waited = string.sub(held, 1, 16) .. 'w' .. string.sub(held, 18)
    if held ~= waited then redis.call('SET', lease, waited, 'KEEPTTL') end
    return {'busy', remaining .. ' ' .. string.sub(held, 1, 16)}
  end
  local stamp = written(grant())
  redis.call('SET', lease, stamp .. '-' .. token, 'PX', millis)
  return {'granted', stamp}
end

-- Stores unless something later was there first. A compute older than the memory of tombstones is refused as well.
local function put(value, text, stamp, life, horizon)
  if stampOf(get(value), stamp) > stamp or micros() - stamp > horizon * 1000 then return 'refused' end
  redis.call('SET', value, text, 'PX', life)
  return 'stored'
end

-- A message says which one came before it, so that who missed one knows.
local function announce(last, channel, id, stamp, what)
  local before = get(last) or '0'
  redis.call('SET', last, id)
  redis.call('PUBLISH', channel, id .. ' ' .. before .. ' ' .. stamp .. ' ' .. what)
end
`

const script = (body: string): string => functions + body

/**
 * KEYS value lease seq all mark…; ARGV token millis newerThan life-of-marks giant horizon. A floor of -1 says: compute all
 * the same.
 * Answers what `take` does, and what a read of value, all, seq and marks would: of an entry that does not stand only its
 * stamp, as a tombstone that beats what it beats.
 */
const lease = script(`
local floor = tonumber(ARGV[3])
if floor < 0 then floor = math.huge end
local now = last(KEYS[3])
shrink(KEYS[1], ARGV[5], ARGV[6], now)
for i = 4, #KEYS do floor = math.max(floor, mark(get(KEYS[i]), now)) end
local reply = take(KEYS[1], KEYS[2], ARGV[1], ARGV[2], floor, now, function()
  local stamp = tick(KEYS[3])
  for i = 4, #KEYS do found(KEYS[i], stamp, i > 4 and ARGV[4]) end
  return stamp
end)
local text = get(KEYS[1])
if not text or reply[1] == 'newer' then reply[3] = text
else reply[3] = '1T' .. written(stampOf(text, now) - (string.sub(text, 2, 2) == 'T' and 0 or 1)) end
reply[4] = get(KEYS[4])
reply[5] = get(KEYS[3])
for i = 5, #KEYS do reply[i + 1] = get(KEYS[i]) end
return reply
`)

/** KEYS value lease; ARGV token millis floor stamp giant horizon. */
const leaseAt = script(`
local stamp = tonumber(ARGV[4])
shrink(KEYS[1], ARGV[5], ARGV[6], stamp)
return take(KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3]), stamp, function() return stamp end)
`)

/** KEYS seq all mark…; ARGV life-of-marks floor. */
const stamp = script(`
local stamp = tick(KEYS[1], tonumber(ARGV[2] or '0'))
for i = 2, #KEYS do found(KEYS[i], stamp, i > 2 and ARGV[1]) end
return written(stamp)
`)

/** KEYS value lease seq all last mark…; ARGV token hints name text stamp life horizon life-of-marks all news what. */
const fill = script(`
local stamp, all = tonumber(ARGV[5]), get(KEYS[4]) or ''
if stamp > mark(all, stamp) and all ~= ARGV[9] then return {'look', all} end
finish(KEYS[2], ARGV[1], ARGV[2], ARGV[3])
if stamp <= mark(all, stamp) then return {'refused'} end
for i = 6, #KEYS do
  if stamp <= mark(get(KEYS[i]), stamp) then return {'refused'} end
end
local filled = put(KEYS[1], ARGV[4], stamp, ARGV[6], ARGV[7])
if filled == 'stored' then
  for i = 6, #KEYS do
    if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[8]) then redis.call('PEXPIRE', KEYS[i], ARGV[8]) end
  end
  if ARGV[11] ~= '' then announce(KEYS[5], ARGV[10], written(tick(KEYS[3])), ARGV[5], ARGV[11]) end
end
return {filled}
`)

/** KEYS value lease; ARGV token hints name text stamp life horizon. */
const fillAt = script(`
finish(KEYS[2], ARGV[1], ARGV[2], ARGV[3])
return {put(KEYS[1], ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7])}
`)

/** KEYS lease; ARGV token hints name. */
const release = script(`
finish(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
`)

/** KEYS seq last mark…; ARGV news what life-of-marks. */
const beatTags = script(`
local stamp = written(tick(KEYS[1]))
for i = 3, #KEYS do redis.call('SET', KEYS[i], stamp, 'PX', ARGV[3]) end
announce(KEYS[2], ARGV[1], stamp, stamp, ARGV[2])
return stamp
`)

/**
 * KEYS mark…; ARGV stamp life-of-marks. Marks only rise; one that is missing may have been later than the stamp, and
 * comes back at now. Answers 1 when one rose.
 */
const beatTagsAt = script(`
local raised = 0
for i = 1, #KEYS do
  local known, stamp = mark(get(KEYS[i]), tonumber(ARGV[1])), tonumber(ARGV[1])
  if known == math.huge then stamp = math.max(stamp, micros()) end
  if known == math.huge or known < stamp then
    redis.call('SET', KEYS[i], written(stamp), 'PX', ARGV[2])
    raised = 1
  end
end
return raised
`)

/**
 * KEYS mark; ARGV life-of-marks stamp. A mark that is missing comes back at now, and no earlier than a stamp just taken:
 * the clocks of nodes differ. Answers the mark, which the compute's stamp has to pass; 0 for one so far ahead that no
 * stamp should follow it.
 */
const restore = script(`
local known = mark(get(KEYS[1]), ${Number.MAX_SAFE_INTEGER - 2 * farAhead})
if known < math.huge then return written(known <= micros() + ${farAhead} and known or 0) end
local stamp = written(math.max(micros(), tonumber(ARGV[2])))
redis.call('SET', KEYS[1], stamp, 'PX', ARGV[1])
return stamp
`)

const tombstone = `
local function bury(value, stamp, horizon)
  if stampOf(get(value), tonumber(stamp)) >= tonumber(stamp) then return 0 end
  redis.call('SET', value, '1T' .. stamp, 'PX', horizon)
  return 1
end
`

/** KEYS seq last value; ARGV news what horizon. */
const beatKey = script(
  tombstone + `
local stamp = written(tick(KEYS[1]))
bury(KEYS[3], stamp, ARGV[3])
announce(KEYS[2], ARGV[1], stamp, stamp, ARGV[2])
return stamp
`
)

/** KEYS value; ARGV stamp horizon. Answers 1 when nothing as late was there. */
const beatKeyAt = script(
  tombstone + `
return bury(KEYS[1], ARGV[1], ARGV[2])
`
)

/**
 * The first line is the mark of everything; a line for each prefix follows. An empty prefix stands for everything. Marks
 * older than any entry go; with too many left, everything is beaten.
 */
const prefixes = `
local function raise(all, stamp, prefix, life, most)
  local head, rest = string.match(get(all) or '', '^(' .. string.rep('%d', 16) .. ')\\n?(.*)$')
  if head and mark(head) >= stamp then return 0 end
  local lines, latest, oldest = {}, stamp, stamp - life * 1000
  for line in string.gmatch(rest or '', '[^\\n]+') do
    local own, at = string.sub(line, 18) == prefix, mark(line)
    -- Nobody knows what such a line has beaten: everything is, and the line goes.
    if at == math.huge then head = head and written(math.max(mark(head), stamp)) end
    if own and at >= stamp and at < math.huge then return 0 end
    if not own and at > oldest and at < math.huge and (prefix ~= '' or at > stamp) then
      lines[#lines + 1] = line
      latest = math.max(latest, at)
    end
  end
  if prefix == '' or not head then head = written(stamp)
  else lines[#lines + 1] = written(stamp) .. ' ' .. prefix end
  if #lines > most then head, lines = written(latest), {} end
  table.insert(lines, 1, head)
  redis.call('SET', all, table.concat(lines, '\\n'))
  return 1
end
`

/** KEYS seq last all; ARGV news what prefix life most. */
const beatMany = script(
  prefixes + `
local stamp = tick(KEYS[1])
raise(KEYS[3], stamp, ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]))
announce(KEYS[2], ARGV[1], written(stamp), written(stamp), ARGV[2])
return written(stamp)
`
)

/** KEYS seq all; ARGV stamp prefix life most. Answers 1 when the mark rose. */
const beatManyAt = script(
  prefixes + `
found(KEYS[2], tick(KEYS[1]))
return raise(KEYS[2], tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]))
`
)

/** KEYS seq; ARGV stamp. All stamps from now on are later than this one. */
const advance = script(`
if (tonumber(get(KEYS[1]) or '0') or 0) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
`)

/** KEYS seq last; ARGV news stamp what. */
const tell = script(`
announce(KEYS[2], ARGV[1], written(tick(KEYS[1])), ARGV[2], ARGV[3])
`)

/**
 * KEYS seq all last. Answers the last message, the time in microseconds, and whether the first two names are missing.
 * It writes nothing, so that a server that takes no writes for a while (a planned failover) still answers it.
 */
const watch = "#!lua flags=no-writes\n" + script(`
local stamp = last(KEYS[1])
local missing = stamp == 0 or mark(get(KEYS[2]), stamp) == math.huge
return {get(KEYS[3]) or '0', string.format('%.0f', micros()), missing and 1 or 0}
`)

/** KEYS seq all. */
const begin = script(`
local stamp = last(KEYS[1])
if stamp == 0 or mark(get(KEYS[2]), stamp) == math.huge then found(KEYS[2], tick(KEYS[1])) end
`)

/** By the name under which a client knows them. */
export const scripts = {
  smartCacheLease: lease,
  smartCacheLeaseAt: leaseAt,
  smartCacheStamp: stamp,
  smartCacheRestore: restore,
  smartCacheFill: fill,
  smartCacheFillAt: fillAt,
  smartCacheRelease: release,
  smartCacheBeatTags: beatTags,
  smartCacheBeatTagsAt: beatTagsAt,
  smartCacheBeatKey: beatKey,
  smartCacheBeatKeyAt: beatKeyAt,
  smartCacheBeatMany: beatMany,
  smartCacheBeatManyAt: beatManyAt,
  smartCacheAdvance: advance,
  smartCacheTell: tell,
  smartCacheWatch: watch,
  smartCacheBegin: begin
} as const
export type ScriptName = keyof typeof scripts
