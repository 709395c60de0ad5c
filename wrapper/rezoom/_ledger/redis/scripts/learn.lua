-- What answers teach: a slower pace, a block, use by others.
if operation == 'slow_down' then -- lesson() of pacing.py
  local held = pace.since > now
  local last = held and pace.since - asked.held or pace.since
  if pace.learned == 0 or now - last >= SECOND then
    local learned = learned_now(pace)
    local rate = learned > 0 and learned or asked.full
    local paced = learned > 0 or asked.gap > 0
    if asked.named > 0 and (not paced or asked.named < rate) then
      pace.learned, pace.since = max(asked.slowest, asked.named), now + asked.held
    else
      local refused = held and 1 or 1 + (1 - rate / asked.full) / (1 - asked.lone)
      local repeated = refused >= max(asked.fewest, asked.many * rate)
      local cost = repeated and asked.repeated or asked.lone
      pace.learned, pace.since = max(asked.slowest, rate * cost), now
    end
    pace.kept = 0
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
