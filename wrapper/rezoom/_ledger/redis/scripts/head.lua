-- One step of a ledger: all scopes are read and written at one instant of the server's clock.
-- This is the head of every script. KEYS: the epoch, the scopes, the pace. ARGV: what is asked, in
-- JSON. The answer: a word, the clock in microseconds, and what the operation has to say.
--
-- A scope is one string, so that a place is taken by one SETRANGE: its places (when it frees, its
-- state, how many it is or the turn it waits for, its token), then a tail (how many there are, when
-- the first frees, when the key goes, until when it is blocked and in flight, and whose flight).
-- Numbers go to redis.call as they are: it writes all 16 digits of an instant, tostring only 14.

local KINDS = { [0] = 'pending', 'settled', 'external', 'unknown' } -- gauge.py
local PENDING, SETTLED, EXTERNAL, UNKNOWN = 0, 1, 2, 3
local PLACE, TAIL, PACE = '>dBdc16', '>dddddc16', '>dddd'
local PLACE_SIZE, TAIL_SIZE, PACE_SIZE = 33, 56, 32
local INDEX, SCOPES, PACES = '{rezoom}:index', '{rezoom}:scope:', '{rezoom}:pace:'
local SECOND, MINUTE, HOUR, DAY = 1e6, 6e7, 3.6e9, 8.64e10
local ENDLESS, NEVER, NOBODY = math.huge, 2 ^ 53, ('\0'):rep(16)

local call, find, sub = redis.call, string.find, string.sub
local ceil, floor, max, min = math.ceil, math.floor, math.max, math.min
local pack, unpack = struct.pack, struct.unpack

local asked = cjson.decode(ARGV[1])
local operation, now = asked.operation, asked.clock
local token = asked.token:gsub('%x%x', function(byte)
  return string.char(tonumber(byte, 16))
end)

if not now then
  local time, believed = call('TIME'), false
  now = time[1] * SECOND + time[2]
  for _, witness in ipairs(asked.witnesses) do
    believed = believed or math.abs(now - witness) <= asked.tolerance
  end
  if not believed then
    return { 'untrusted', now }
  end
end

local epoch = call('GET', KEYS[1])
if epoch ~= asked.epoch and operation ~= 'open' and operation ~= 'reset' then
  return { 'lost', now, epoch or '' }
end

local function check(key, sound)
  if not sound then
    error('CORRUPT ' .. key)
  end
end

local possible
function possible(number, ...)
  return number == nil or (number >= 0 and number <= NEVER and possible(...))
end

-- When a place frees, its state, how many it is, and the turn of one without an answer.
local function place_at(scope, first)
  local free, kind, number = unpack('>dBd', scope.places, first)
  check(scope.key, KINDS[kind] and possible(free, number))
  local alone = kind == PENDING or kind == UNKNOWN
  return free, kind, alone and 1 or number, number
end

-- Where something that stands `inside` bytes into a place begins that place; nil: nowhere.
local function find_place(scope, what, inside)
  local hit = find(scope.places, what, 1, true)
  while hit do
    if (hit - 1 - inside) % PLACE_SIZE == 0 then
      return hit - inside
    end
    hit = find(scope.places, what, hit + 1, true)
  end
end

local function drop_freed(scope)
  local left, total, due = {}, 0, NEVER
  for first = 1, #scope.places, PLACE_SIZE do
    local free, _, number = place_at(scope, first)
    if free > now then
      left[#left + 1] = sub(scope.places, first, first + PLACE_SIZE - 1)
      total, due = total + number, min(due, free)
    end
  end
  scope.places, scope.total, scope.due, scope.moved = table.concat(left), total, due, true
end

local function read_scope(key, scope)
  local text = call('GET', key) or pack(TAIL, 0, NEVER, 0, 0, 0, NOBODY)
  local size = #text - TAIL_SIZE
  check(key, size >= 0 and size % PLACE_SIZE == 0)
  scope.key, scope.limit, scope.size = key, scope.limit or ENDLESS, size
  scope.places = sub(text, 1, size)
  scope.total, scope.due, scope.kept, scope.blocked, scope.in_flight, scope.flight =
    unpack(TAIL, text, size + 1)
  check(key, possible(scope.total, scope.due, scope.kept, scope.blocked, scope.in_flight))
  return scope
end

-- Writes what comes behind the first bytes of a scope's places, and lets its key live so long.
local function write_scope(scope, first, text, needed)
  local lives = scope.kept < needed + MINUTE
  if lives then
    scope.kept = needed + MINUTE + HOUR -- so that it is rarely touched
  end
  local tail = pack(
    TAIL, scope.total, scope.due, scope.kept, scope.blocked, scope.in_flight, scope.flight
  )
  if scope.moved or first + #text < scope.size then
    call('SET', scope.key, sub(scope.places, 1, first) .. text .. tail, 'KEEPTTL')
  else
    call('SETRANGE', scope.key, first, text .. tail)
  end
  if lives then
    call('PEXPIRE', scope.key, ceil((scope.kept - now) / 1000))
    call('ZREMRANGEBYSCORE', INDEX, '-inf', now)
    call('ZADD', INDEX, 'GT', scope.kept + HOUR, sub(scope.key, #SCOPES + 1))
  end
end

-- Until when a scope is blocked and in flight (0: it is not), then what counts in it: the state of
-- a place, when it frees, how many it is.
local function told(scope)
  local blocked = scope.blocked > now and scope.blocked or 0
  local in_flight = scope.in_flight > now and scope.in_flight or 0
  local words = { ('%.0f %.0f'):format(blocked, in_flight) }
  for first = 1, #scope.places, PLACE_SIZE do
    local free, kind, number = place_at(scope, first)
    if free > now then
      words[#words + 1] = ('%s %.0f %.0f'):format(KINDS[kind], free, number)
    end
  end
  return table.concat(words, ' ')
end

-- model.py; a scope without a span is counted by the day of UTC.
local function free_at(scope, latest)
  if scope.span > 0 then
    return latest + scope.span + asked.margin
  end
  return (floor((latest + asked.margin) / DAY) + 1) * DAY + asked.margin
end

local function settled_at(scope)
  local free = free_at(scope, now)
  if scope.span > 0 and not scope.bundled then
    return free
  end
  return ceil(free / MINUTE) * MINUTE
end

-- The theoretical arrival time of the next call, the rate that was learned, when, and the key's end.
local function read_pace(key)
  local text = call('GET', key) or pack(PACE, 0, 0, 0, 0)
  check(key, #text == PACE_SIZE)
  local after, since, learned, kept = unpack(PACE, text)
  check(key, possible(after, since, learned, kept))
  return { key = key, after = after, since = since, learned = learned, kept = kept }
end

-- An hour after the last call, nothing of a lesson is left.
local function write_pace(pace)
  local lives = pace.kept < pace.after + HOUR
  if lives then
    pace.kept = max(pace.after, now) + 2 * HOUR
  end
  local text = pack(PACE, pace.after, pace.since, pace.learned, pace.kept)
  if lives then
    call('SET', pace.key, text, 'PX', ceil((pace.kept - now) / 1000))
    call('ZADD', INDEX, '+inf', sub(pace.key, #PACES + 1))
  else
    call('SETRANGE', pace.key, 0, text)
  end
end

-- rate_now() of pacing.py; 0: what was learned is forgotten.
local function learned_now(pace)
  if pace.learned == 0 then
    return 0
  end
  local full = asked.rate > 0 and asked.rate or asked.ceiling
  local grown = pace.learned + full * (0.05 / 60) * (now - pace.since) / SECOND
  return grown < full and grown or 0
end

local scopes = {}
for i, scope in ipairs(asked.scopes) do
  scopes[i] = read_scope(KEYS[1 + i], scope)
end
local pace = KEYS[2 + #scopes] and read_pace(KEYS[2 + #scopes])
