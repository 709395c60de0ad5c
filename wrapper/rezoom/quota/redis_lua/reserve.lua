-- The grant that was given for this token before; nil when it was given back.
local function again(scopes)
  local held, pending = 0, 0
  for _, scope in ipairs(scopes) do
    local scores =
      call('ZMSCORE', scope.places, PENDING .. token, SETTLED .. token, UNKNOWN .. token)
    pending = pending + (scores[1] and 1 or 0)
    held = held + ((scores[1] or scores[2] or scores[3]) and 1 or 0)
  end
  if held == 0 and #scopes > 0 then
    return nil
  end
  return pending == #scopes and { GRANTED, now, tonumber(earlier) } or { SPENT, now }
end

local horizon, margin, send_within, wait = number(), number(), number(), number()
local rate, gap, slack, ceiling = number(), number(), number(), number()
local scopes = read_scopes()

local before = earlier and again(scopes)
if before then
  return before
end

local full = false
for _, scope in ipairs(scopes) do
  weigh(scope)
  full = full or (scope.limit and scope.count >= scope.limit) or scope.blocked > now
    or (scope.exclusive and scope.flying > now)
end

-- turn() of pacing.py
local pace, turn = read_pace(), now
local learned, rated = pace.learned, rate_now(pace, rate, ceiling)
if learned and rated ~= rate then
  gap, slack = math.ceil(SECOND / rated), 0
else
  learned = nil
end
if gap > 0 and pace.tat > now then
  turn = math.max(now, pace.tat - slack)
end

if full or turn - now > wait then
  local refusal = { REFUSED, now, pace.tat, show_learned(pace), pace.since }
  for _, scope in ipairs(scopes) do
    table.insert(refusal, (sum_up(scope)))
  end
  return refusal
end

local send_by = turn + send_within
for _, scope in ipairs(scopes) do
  local free = free_at(scope, turn + horizon, margin)
  if call('ZADD', scope.places, 'NX', whole(free), PENDING .. token) == 0 then
    return { SPENT, now } -- the first scope says so, when nothing is written yet
  end
  keep(scope.places, scope.name, free)
  if scope.exclusive then
    call('HSET', scope.marks, 'flight', whole(send_by) .. ' ' .. token)
    keep(scope.marks, scope.name, send_by)
  end
end
if gap > 0 then
  pace.tat, pace.learned = math.max(now, pace.tat) + gap, learned
  write_pace(pace)
end
-- The turn, for who has to ask again because the answer was lost.
call('SET', turn_key, whole(turn), 'PX', whole(math.ceil((send_by - now) / 1000) + MINUTE_MS))
return { GRANTED, now, turn }
