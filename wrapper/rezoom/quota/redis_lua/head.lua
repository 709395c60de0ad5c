-- One step of a ledger: all scopes are read and written at one instant of the server's clock.
-- This is the head of every script. Functions are made anew in every call, so the parts that grant
-- a place come first and have few of them.
-- KEYS: the epoch; everything else is named after what is asked, in the same hash tag.
-- ARGV: one JSON list, which is read faster than thirty arguments: operation, epoch, clock,
-- tolerance, two witnesses, the token, the pace's key, then what the operation takes.
-- Places are a sorted set: state and token, scored with the instant at which they free.
-- Marks are a hash: "flight", "blocked", and bundles of places as "state:free_at" = how many.

local TAG, FORMAT = '{rezoom}:', '1' -- redis_link.py
local REFUSED, GRANTED, SPENT, LOST, UNTRUSTED, DONE = 0, 1, 2, 3, 4, 5 -- redis_link.py
local PENDING, SETTLED, EXTERNAL, UNKNOWN = '0', '1', '2', '3' -- gauge.py
local INDEX, PLACES, MARKS = '{rezoom}:index', '{rezoom}:places:', '{rezoom}:marks:'
local SECOND, MINUTE, DAY = 1e6, 6e7, 8.64e10
local MINUTE_MS, HOUR_MS = 6e4, 3.6e6

local call, format = redis.call, string.format
local given = cjson.decode(ARGV[1])
local operation, epoch, now, tolerance = given[1], given[2], given[3], given[4]
local token, pace_name = given[7], given[8]
local pace_key, turn_key = TAG .. 'pace:' .. pace_name, TAG .. 'turn:' .. token

if now == '' then
  local time = call('TIME')
  now = time[1] * SECOND + time[2]
  if math.abs(now - given[5]) > tolerance and math.abs(now - given[6]) > tolerance then
    return { UNTRUSTED, now }
  end
end

local stored = call('MGET', KEYS[1], turn_key, pace_key)
local current, earlier, paced = stored[1], stored[2], stored[3]

if current ~= epoch and operation ~= 'open' and operation ~= 'reset' then
  return { LOST, now, current or '' }
end

local function read_scopes(first)
  local scopes = {}
  for at = first, #given, 5 do
    local name = given[at]
    scopes[#scopes + 1] = {
      name = name, places = PLACES .. name, marks = MARKS .. name,
      limit = tonumber(given[at + 1]), span = tonumber(given[at + 2]),
      exclusive = given[at + 3], bundled = given[at + 4],
    }
  end
  return scopes
end

-- reservation.py; a scope without a span is counted by the day of UTC.
local function free_at(scope, latest, margin)
  if scope.span then
    return latest + scope.span + margin
  end
  return (math.floor((latest + margin) / DAY) + 1) * DAY + margin
end

-- Lets a key live until `last`, and an hour longer, so that it is rarely touched again.
-- All instants are formatted: tostring keeps 14 of their 16 digits.
local function keep(key, name, last)
  local needed = math.ceil((last - now) / 1000) + MINUTE_MS
  if call('PTTL', key) < needed then
    call('PEXPIRE', key, format('%.0f', needed + HOUR_MS))
    call('ZREMRANGEBYSCORE', INDEX, '-inf', format('%.0f', now))
    call('ZADD', INDEX, 'GT', format('%.0f', last + 2 * HOUR_MS * 1000), name)
  end
end

-- Counts what a scope holds; what has freed is dropped when it stands in the way.
local function weigh(scope)
  local bundles, bundled, blocked, flying = nil, 0, 0, 0
  local marks = call('HGETALL', scope.marks)
  for at = 1, #marks, 2 do
    local field, value = marks[at], marks[at + 1]
    if field == 'blocked' then
      blocked = tonumber(value)
    elseif field == 'flight' then
      flying = tonumber(value:match('^%d+'))
    else
      local free = tonumber(field:sub(3))
      if free > now then
        bundles, bundled = bundles or {}, bundled + value
        bundles[#bundles + 1] = { free, field:sub(1, 1), tonumber(value) }
      else
        call('HDEL', scope.marks, field)
      end
    end
  end
  local placed = call('ZCARD', scope.places)
  -- A scope without a limit is swept now and then.
  if placed + bundled >= (scope.limit or 128) then
    placed = placed - call('ZREMRANGEBYSCORE', scope.places, '-inf', format('%.0f', now))
  end
  scope.bundles, scope.blocked, scope.flying = bundles, blocked, flying
  scope.count = placed + bundled
  return scope.count
end
