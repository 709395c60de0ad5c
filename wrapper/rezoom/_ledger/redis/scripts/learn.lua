-- What answers teach: a slower pace, a block, use by others.
if operation == 'slow_down' then -- lesson() of pacing.py
  if pace.learned == 0 or now - pace.since >= SECOND then
    local rate = learned_now(pace)
    rate = rate > 0 and rate or asked.rate > 0 and asked.rate or asked.ceiling
    rate = asked.named > 0 and min(rate, asked.named) or rate
    pace.learned, pace.since, pace.kept = max(0.1, rate * 0.7), now, 0
    write_pace(pace)
  end
  return { 'done', now, 0 }
end

local scope = scopes[1]
if operation == 'block' then
  if asked.value > scope.blocked then
    scope.blocked = asked.value
    write_scope(scope, asked.value)
  end
  return { 'done', now, 0 }
end

local missing = max(0, asked.value - scope.count)
if missing > 0 then
  local free = settled_at(scope)
  put(scope, #scope.places + 1, pack(PLACE, free, EXTERNAL, missing, NOBODY), free, missing)
  write_scope(scope, free)
end
return { 'done', now, missing }
