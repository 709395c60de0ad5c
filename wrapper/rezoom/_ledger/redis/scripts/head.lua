-- One step of a ledger: all scopes are read and written at one instant of the server's clock.
-- This is the head of every script; before it stands which operation it is.
-- KEYS: the epoch, the scopes, then what the operation needs besides.
-- ARGV: the epoch that the caller remembers, and numbers packed as redis_state.py packs them: the
-- clock (0: the server's), a tolerance, two witnesses, the token, the operation's own, the scopes.
-- A scope is one string, so that one MGET reads them all and one SETRANGE takes a place: places
-- (when it frees, its state, how many it is or the turn it waits for, its token), then a tail
-- (how many there are, when the first frees, when the key goes, the block, the flight, its token).
-- Numbers go to redis.call as they are: it writes all 16 digits of an instant, tostring only 14.

local REFUSED, GRANTED, SPENT, LOST, UNTRUSTED, DONE = 0, 1, 2, 3, 4, 5 -- redis_link.py
local PENDING, SETTLED, EXTERNAL, UNKNOWN = 0, 1, 2, 3 -- gauge.py
local PLACE, TAIL, BOTH, SPEC = '>dBdc16', '>dddddc16', '>dBdc16dddddc16', '>ddBB' -- redis_state.py
local SAID = '>Bdd' -- redis_state.py: a status, the clock, a number; then comes what is longer
local PLACE_SIZE, TAIL_SIZE, SPEC_SIZE = 33, 56, 18
local TAG, INDEX, SCOPE, PACE = '{rezoom}:', '{rezoom}:index', '{rezoom}:scope:', '{rezoom}:pace:'
local FORMAT = '2' -- redis_link.py
local SECOND, MINUTE, HOUR, DAY = 1e6, 6e7, 3.6e9, 8.64e10
local ENDLESS, NEVER, NOBODY = math.huge, 2 ^ 53, ('\0'):rep(16)

local call, find, sub = redis.call, string.find, string.sub
local ceil, floor, max, min = math.ceil, math.floor, math.max, math.min
local write, read = struct.pack, struct.unpack
local given = ARGV[2]
local now, tolerance, one, another, token, at = read('>ddddc16', given)

if now == 0 then
  local time = call('TIME')
  now = time[1] * SECOND + time[2]
  if math.abs(now - one) > tolerance and math.abs(now - another) > tolerance then
    return write(SAID, UNTRUSTED, now, 0)
  end
end

local stored = call('MGET', unpack(KEYS))
local current = stored[1]
if current ~= ARGV[1] and operation ~= 'open' and operation ~= 'reset' then
  return { write(SAID, LOST, now, 0), current or '' }
end

-- reservation.py; a scope without a span is counted by the day of UTC.
local function free_at(span, latest, margin)
  if span > 0 then
    return latest + span + margin
  end
  return (floor((latest + margin) / DAY) + 1) * DAY + margin
end

-- Lets a scope's key live until `last`, which its tail says too, so that it is rarely touched.
local function keep(key, last)
  call('PEXPIRE', key, ceil((last - now) / 1000))
  call('ZREMRANGEBYSCORE', INDEX, '-inf', now)
  call('ZADD', INDEX, 'GT', last + HOUR, sub(key, #SCOPE + 1))
end

-- The places that have not freed, how many they are, and when the first of them will.
local function drop_freed(state, size)
  local left, total, due = {}, 0, NEVER
  for first = 1, size, PLACE_SIZE do
    local free, kind, number = read('>dBd', state, first)
    if free > now then
      left[#left + 1] = sub(state, first, first + PLACE_SIZE - 1)
      total = total + ((kind == SETTLED or kind == EXTERNAL) and number or 1)
      due = min(due, free)
    end
  end
  return table.concat(left), total, due
end

-- Where something that stands `inside` bytes into a place begins that place; nil: nowhere.
local function find_place(state, size, what, inside)
  local hit = find(state, what, 1, true)
  while hit and hit <= size do
    if (hit - 1 - inside) % PLACE_SIZE == 0 then
      return hit - inside
    end
    hit = find(state, what, hit + 1, true)
  end
end
