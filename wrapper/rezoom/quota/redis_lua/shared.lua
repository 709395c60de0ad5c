-- One step of a ledger: all scopes are read and written at one instant of the server's clock.
-- This is the head of every script; the operations of one file follow it.
-- KEYS: the epoch; everything else is named after what is asked, in the same hash tag.
-- ARGV: one JSON list, which both sides read faster than thirty arguments: operation, epoch, clock,
-- tolerance, two witnesses, the token, the pace's key, then what the operation takes.
-- Places are a sorted set: state and token, scored with the instant at which they free.
-- Marks are a hash: "flight", "blocked", and bundles of places as "state:free_at" = how many.

local FORMAT = '1' -- redis_link.py
local REFUSED, GRANTED, SPENT, LOST, UNTRUSTED, DONE = 0, 1, 2, 3, 4, 5 -- redis_link.py
local PENDING, SETTLED, EXTERNAL, UNKNOWN = '0', '1', '2', '3' -- gauge.py
local SECOND, MINUTE, DAY = 1e6, 6e7, 8.64e10
local HOUR_MS, MINUTE_MS = 3.6e6, 6e4
local UNBOUND = 128 -- places that a scope without a limit may hold before it is swept

local TAG = '{rezoom}:' -- redis_link.py
local INDEX, PLACES, MARKS = TAG .. 'index', TAG .. 'places:', TAG .. 'marks:'

local call = redis.call
local given = cjson.decode(ARGV[1])
local position = 8

local function word()
  position = position + 1
  return given[position]
end

local function number()
  position = position + 1
  return tonumber(given[position]) -- nil for ''
end

-- tostring keeps 14 digits, and an instant has 16.
local function whole(value)
  return string.format('%.0f', value)
end

local operation, epoch, now = given[1], given[2], tonumber(given[3])
local tolerance, witness, other = given[4], given[5], given[6]
local token, pace_name = given[7], given[8]
local pace_key, turn_key = TAG .. 'pace:' .. pace_name, TAG .. 'turn:' .. token

if not now then
  local time = call('TIME')
  now = time[1] * SECOND + time[2]
  if math.abs(now - witness) > tolerance and math.abs(now - other) > tolerance then
    return { UNTRUSTED, now }
  end
end

local stored = call('MGET', KEYS[1], turn_key, pace_key)
local current, earlier, paced = stored[1], stored[2], stored[3]

if current ~= epoch and operation ~= 'open' and operation ~= 'reset' then
  return { LOST, now, current or '' }
end

local function read_scopes()
  local scopes = {}
  for at = position + 1, #given, 5 do
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

local function settled_at(scope, margin)
  local free = free_at(scope, now, margin)
  return scope.bundled and math.ceil(free / MINUTE) * MINUTE or free
end

-- Lets a key live until `last`, and an hour longer, so that it is rarely touched again.
local function keep(key, name, last)
  local needed = math.ceil((last - now) / 1000) + MINUTE_MS
  if call('PTTL', key) < needed then
    call('PEXPIRE', key, whole(needed + HOUR_MS))
    call('ZREMRANGEBYSCORE', INDEX, '-inf', whole(now))
    call('ZADD', INDEX, 'GT', whole(last + 2 * HOUR_MS * 1000), name)
  end
end

-- Counts what a scope holds; what has freed is dropped when it stands in the way.
local function weigh(scope)
  local bundled = 0
  scope.bundles, scope.blocked, scope.flying = {}, 0, 0
  local marks = call('HGETALL', scope.marks)
  for at = 1, #marks, 2 do
    local field, value = marks[at], marks[at + 1]
    if field == 'blocked' then
      scope.blocked = tonumber(value)
    elseif field == 'flight' then
      scope.flying = tonumber(value:match('^%d+'))
    else
      local free = tonumber(field:sub(3))
      if free > now then
        bundled = bundled + value
        table.insert(scope.bundles, { free, field:sub(1, 1), tonumber(value) })
      else
        call('HDEL', scope.marks, field)
      end
    end
  end
  local placed = call('ZCARD', scope.places)
  if placed + bundled >= (scope.limit or UNBOUND) then
    placed = placed - call('ZREMRANGEBYSCORE', scope.places, '-inf', whole(now))
  end
  scope.count = placed + bundled
end

-- Everything that counts now, as { free at, state, how many }, in order.
local function list_places(scope)
  local found = {}
  local flat = call('ZRANGEBYSCORE', scope.places, '(' .. whole(now), '+inf', 'WITHSCORES')
  for at = 1, #flat, 2 do
    found[#found + 1] = { tonumber(flat[at + 1]), flat[at]:sub(1, 1), 1 }
  end
  for _, bundle in ipairs(scope.bundles) do
    found[#found + 1] = bundle
  end
  if #scope.bundles > 0 then
    table.sort(found, function(one, other_one) return one[1] < other_one[1] end)
  end
  return found
end

-- How many there are in each state, when there is a place again, and what else is in the way.
local function sum_up(scope)
  local counts = { [PENDING] = 0, [SETTLED] = 0, [EXTERNAL] = 0, [UNKNOWN] = 0 }
  local places, total, free = list_places(scope), 0, 0
  for _, place in ipairs(places) do
    total = total + place[3]
  end
  local wanted = math.max(1, total - (scope.limit or total) + 1)
  for _, place in ipairs(places) do
    counts[place[2]] = counts[place[2]] + place[3]
    wanted = wanted - place[3]
    if free == 0 and wanted <= 0 then
      free = place[1]
    end
  end
  return {
    counts[PENDING], counts[SETTLED], counts[EXTERNAL], counts[UNKNOWN],
    free, scope.blocked, scope.flying,
  }, places
end

local function read_pace()
  local tat, learned, since = (paced or '0  0'):match('^(%S*) (%S*) (%S*)$')
  return { tat = tonumber(tat), learned = tonumber(learned), since = tonumber(since) }
end

local function show_learned(pace)
  return pace.learned and string.format('%.17g', pace.learned) or ''
end

local function write_pace(pace)
  local kept = math.max(0, math.ceil((pace.tat - now) / 1000)) + HOUR_MS
  local text = whole(pace.tat) .. ' ' .. show_learned(pace) .. ' ' .. whole(pace.since)
  call('SET', pace_key, text, 'PX', whole(kept))
  if not paced then
    call('ZADD', INDEX, '+inf', pace_name)
  end
end

-- pacing.py, in the same order of operations, so that both come to the same numbers.
local function rate_now(pace, rate, ceiling)
  if not pace.learned then
    return rate
  end
  local grown = pace.learned
    + (rate or ceiling) * (0.05 / 60) * (now - pace.since) / SECOND
  if grown >= (rate or ceiling) then
    return rate
  end
  return grown
end
