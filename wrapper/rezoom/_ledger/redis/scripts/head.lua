-- One step of a ledger: all scopes are read and written at one instant of the server's clock.
-- This is the head of every script. KEYS: the epoch, the scopes, the pace. ARGV: what is asked, in
-- JSON. The answer: a word, the clock in microseconds, and what the operation has to say.
--
-- A scope is one string: its places (when it frees, its state, how many it is or the turn it waits
-- for, its token), then a tail (how many there are, when the first frees, when the key goes, until
-- when it is blocked and in flight, the token in flight). A pace is one too: see read_pace.
-- Numbers go to redis.call as they are: it writes all 16 digits of an instant, tostring only 14.

local KINDS = { [0] = 'pending', 'settled', 'external', 'unknown' } -- gauge.py
local PENDING, SETTLED, EXTERNAL, UNKNOWN = 0, 1, 2, 3
local PLACE, TAIL, PACE = '>dBdc16', '>dddddc16', '>dddd'
local PLACE_SIZE, TAIL_SIZE, PACE_SIZE = 33, 56, 32
local INDEX, SCOPES, PACES = '{rezoom}:index', '{rezoom}:scope:', '{rezoom}:pace:'
local SECOND, MINUTE, HOUR, DAY = 1e6, 6e7, 3.6e9, 8.64e10
local NEVER, NOBODY = 2 ^ 53, ('\0'):rep(16)
local call, sub, pack, unpack = redis.call, string.sub, struct.pack, struct.unpack
local ceil, floor, max, min = math.ceil, math.floor, math.max, math.min

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

-- What no ledger writes is below, above, or not a number at all.
local function sound(one, another)
  return one >= 0 and one <= NEVER and another >= 0 and another <= NEVER
end

-- Of the places, those that have not freed; the first of them stand where they stood.
local function read_scope(key, scope)
  local text = call('GET', key) or pack(TAIL, 0, NEVER, 0, 0, 0, NOBODY)
  local size, places, count, due, same = #text - TAIL_SIZE, {}, 0, NEVER, nil
  check(key, size >= 0 and size % PLACE_SIZE == 0)
  for at = 1, size, PLACE_SIZE do
    local free, kind, number = unpack('>dBd', text, at)
    check(key, KINDS[kind] and sound(free, number))
    if free > now then
      places[#places + 1] = sub(text, at, at + PLACE_SIZE - 1)
      count = count + ((kind == SETTLED or kind == EXTERNAL) and number or 1)
      due = min(due, free)
    else
      same = same or #places
    end
  end
  scope.key, scope.text, scope.places, scope.same = key, text, places, same or #places
  scope.count, scope.due = count, due
  local _, _, kept, blocked, in_flight, flight = unpack(TAIL, text, size + 1)
  check(key, sound(kept, blocked) and sound(in_flight, 0))
  scope.kept, scope.blocked, scope.in_flight, scope.flight = kept, blocked, in_flight, flight
  return scope
end

-- Writes what has changed, and lets the key live until it is not needed any more.
local function write_scope(scope, needed)
  local lives = scope.kept < needed + MINUTE
  if lives then
    scope.kept = needed + MINUTE + HOUR -- so that it is rarely touched
  end
  local tail =
    pack(TAIL, scope.count, scope.due, scope.kept, scope.blocked, scope.in_flight, scope.flight)
  local first, text = scope.same * PLACE_SIZE, table.concat(scope.places, '', scope.same + 1) .. tail
  if first + #text < #scope.text then
    call('SET', scope.key, sub(scope.text, 1, first) .. text, 'KEEPTTL')
  else
    call('SETRANGE', scope.key, first, text)
  end
  if lives then
    call('PEXPIRE', scope.key, ceil((scope.kept - now) / 1000))
    call('ZREMRANGEBYSCORE', INDEX, '-inf', now)
    call('ZADD', INDEX, 'GT', scope.kept + HOUR, sub(scope.key, #SCOPES + 1))
  end
end

-- Adds a place; or changes the one that is there, or with nil leaves it out.
local function put(scope, at, place, free, number)
  scope.same, scope.count = min(scope.same, at - 1), scope.count + number
  scope.due = min(scope.due, free)
  if place then
    scope.places[at] = place
  else
    table.remove(scope.places, at)
  end
end

-- Which place is the token's, when it frees, its state, its turn.
local function place_of(scope)
  local there = string.find(scope.text, token, 1, true)
  for at, place in ipairs(there and scope.places or {}) do
    if sub(place, -16) == token then
      return at, unpack(PLACE, place)
    end
  end
end

-- Until when a scope is blocked and in flight (0: it is not), then of each place that counts: its
-- state, when it frees, how many it is.
local function described(scope)
  local blocked = scope.blocked > now and scope.blocked or 0
  local in_flight = scope.in_flight > now and scope.in_flight or 0
  local words = { ('%.0f %.0f'):format(blocked, in_flight) }
  for i, place in ipairs(scope.places) do
    local free, kind, number = unpack(PLACE, place)
    number = (kind == SETTLED or kind == EXTERNAL) and number or 1
    words[1 + i] = ('%s %.0f %.0f'):format(KINDS[kind], free, number)
  end
  return table.concat(words, ' ')
end

-- free_at() and settled_at() of model.py; a scope without a span is counted by the day of UTC.
local function free_at(scope, latest)
  if scope.span > 0 then
    return latest + scope.span + asked.margin
  end
  return (floor((latest + asked.margin) / DAY) + 1) * DAY + asked.margin
end

local function settled_at(scope)
  local free = free_at(scope, now)
  local alone = scope.span > 0 and not scope.bundled
  return alone and free or ceil(free / MINUTE) * MINUTE
end

-- The theoretical arrival time of the next call, from when a learned rate recovers, that rate, the
-- key's end.
local function read_pace(key)
  local text = call('GET', key) or pack(PACE, 0, 0, 0, 0)
  check(key, #text == PACE_SIZE)
  local after, since, learned, kept = unpack(PACE, text)
  check(key, sound(after, since) and sound(learned, kept))
  return { key = key, after = after, since = since, learned = learned, kept = kept }
end

-- An hour after the last call, nothing of a lesson is left.
local function write_pace(pace)
  if pace.kept < pace.after + HOUR then
    pace.kept = max(pace.after, now) + 2 * HOUR
    call('ZADD', INDEX, '+inf', sub(pace.key, #PACES + 1))
  end
  local text = pack(PACE, pace.after, pace.since, pace.learned, pace.kept)
  call('SET', pace.key, text, 'PX', ceil((pace.kept - now) / 1000))
end

-- rate_now() of pacing.py; 0: nothing was learned, or it is forgotten.
local function learned_now(pace)
  if pace.since > now then
    return pace.learned
  end
  local grown = pace.learned + asked.full * asked.recovery * (now - pace.since) / SECOND
  return pace.learned > 0 and grown < asked.full and grown or 0
end

local scopes = {}
for i, scope in ipairs(asked.scopes) do
  scopes[i] = read_scope(KEYS[1 + i], scope)
end
local pace = KEYS[2 + #scopes] and read_pace(KEYS[2 + #scopes])
