-- reserve: takes a place in every scope and a turn, or nothing.
local wanted, pending, held, before = {}, 0, 0, 0
for _, scope in ipairs(scopes) do
  if scope.limit or scope.exclusive then
    wanted[#wanted + 1] = scope
    local at, _, kind, turn = place_of(scope)
    held = held + (at and 1 or 0)
    if kind == PENDING then
      pending, before = pending + 1, turn
    end
  end
end
if held > 0 then -- asked again: because the answer was lost, or with a token that was used?
  -- Long after it could be sent, a place is not given once more: it may have freed.
  local again = pending == #wanted and now < before + asked.send_within + MINUTE
  return { again and 'granted' or 'spent', now, before }
end

-- turn() of pacing.py, in the same order of operations, so that both come to the same numbers.
local turn, gap = now, 0
if pace then
  local rate = learned_now(pace)
  gap = rate > 0 and ceil(SECOND / rate) or asked.gap
  if rate == 0 then
    pace.learned = 0
  end
  if gap > 0 then
    turn = max(now, pace.after)
  end
end

local refused = turn - now > asked.wait
for _, scope in ipairs(scopes) do
  refused = refused or (scope.limit and scope.count >= scope.limit) or scope.blocked > now
  refused = refused or (scope.exclusive and scope.in_flight > now)
end
if refused then
  local answer = { 'refused', now, '' }
  if pace then
    answer[3] = ('%.0f %.17g %.0f'):format(pace.after, pace.learned, pace.since)
  end
  for i, scope in ipairs(scopes) do
    answer[3 + i] = described(scope)
  end
  return answer
end

for _, scope in ipairs(wanted) do
  local free = free_at(scope, turn + asked.horizon)
  put(scope, #scope.places + 1, pack(PLACE, free, PENDING, turn, token), free, 1)
  if scope.exclusive then
    scope.in_flight, scope.flight = turn + asked.send_within, token
  end
  write_scope(scope, max(free, scope.in_flight))
end
if gap > 0 then
  pace.after = turn + gap
  write_pace(pace)
end
return { 'granted', now, turn }
