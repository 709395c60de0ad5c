-- reserve: takes a place in every scope and a turn, or nothing.
local counted, pending, held, before = 0, 0, 0, 0
for _, scope in ipairs(scopes) do
  if scope.limit < ENDLESS or scope.exclusive then
    counted = counted + 1
    local first = find_place(scope, token, 17)
    if first then
      held = held + 1
      local _, kind, _, turn = place_at(scope, first)
      if kind == PENDING then
        pending, before = pending + 1, turn
      end
    end
  end
end
if held > 0 then -- asked again: because the answer was lost, or with a token that was used?
  -- Long after it could be sent, a place is not given once more: it may have freed.
  local again = pending == counted and now < before + asked.send_within + MINUTE
  return { again and 'granted' or 'spent', now, before }
end

-- turn() of pacing.py, in the same order of operations, so that both come to the same numbers.
local turn, gap = now, 0
if pace then
  local rate, slack = learned_now(pace), asked.slack
  gap = asked.gap
  if rate > 0 then
    gap, slack = ceil(SECOND / rate), 0
  else
    pace.learned = 0
  end
  if gap > 0 and pace.after > now then
    turn = max(now, pace.after - slack)
  end
end

local refused = turn - now > asked.wait
for _, scope in ipairs(scopes) do
  -- What has freed is dropped when it stands in the way, and when there is much of it.
  if scope.due <= now and (scope.total >= scope.limit or scope.size > 128 * PLACE_SIZE) then
    drop_freed(scope)
  end
  refused = refused or scope.total >= scope.limit or scope.blocked > now
  refused = refused or (scope.exclusive and scope.in_flight > now)
end
if refused then
  local answer = { 'refused', now, '' }
  if pace then
    answer[3] = ('%.0f %.17g %.0f'):format(pace.after, pace.learned, pace.since)
  end
  for i, scope in ipairs(scopes) do
    answer[3 + i] = told(scope)
  end
  return answer
end

for _, scope in ipairs(scopes) do
  if scope.limit < ENDLESS or scope.exclusive then
    local free = free_at(scope, turn + asked.horizon)
    local needed = free
    if scope.exclusive then
      scope.in_flight, scope.flight = turn + asked.send_within, token
      needed = max(free, scope.in_flight)
    end
    scope.total, scope.due = scope.total + 1, min(scope.due, free)
    write_scope(scope, #scope.places, pack(PLACE, free, PENDING, turn, token), needed)
  end
end
if gap > 0 then
  pace.after = max(pace.after, now) + gap
  write_pace(pace)
end
return { 'granted', now, turn }
