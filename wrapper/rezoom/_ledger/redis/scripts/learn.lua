-- What answers teach: a slower pace, a block, use by others.
if operation == 'slow_down' then -- lesson() of pacing.py
  if pace.learned > 0 and now - pace.since < SECOND then
    return { 'done', now, 0 }
  end
  local rate = learned_now(pace)
  if rate == 0 then
    rate = asked.rate > 0 and asked.rate or asked.ceiling
  end
  if asked.named > 0 then
    rate = min(rate, asked.named)
  end
  pace.learned, pace.since, pace.kept = max(0.1, rate * 0.7), now, 0
  write_pace(pace)
  return { 'done', now, 0 }
end

local scope, missing, needed = scopes[1], 0, 0
drop_freed(scope)
if operation == 'block' then
  if asked.value <= scope.blocked then
    return { 'done', now, 0 }
  end
  scope.blocked, needed = asked.value, asked.value
else
  missing = min(asked.value, scope.limit) - scope.total
  if missing <= 0 then
    return { 'done', now, 0 }
  end
  needed = settled_at(scope)
  scope.total, scope.due = scope.total + missing, min(scope.due, needed)
end
local place = missing > 0 and pack(PLACE, needed, EXTERNAL, missing, NOBODY) or ''
write_scope(scope, #scope.places, place, needed)
return { 'done', now, missing }
