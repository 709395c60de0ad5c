-- settle, release, abandon: the first word about a pending place is the last.
local margin = number()
for _, scope in ipairs(read_scopes()) do
  local pending = PENDING .. token
  local free = call('ZSCORE', scope.places, pending)
  local known = free and operation ~= 'release' and (scope.limit or operation == 'abandon')
  if known and operation == 'settle' and scope.bundled then
    free = settled_at(scope, margin)
    call('HINCRBY', scope.marks, SETTLED .. ':' .. whole(free), 1)
    keep(scope.marks, scope.name, free)
  elseif known then
    local state = UNKNOWN
    if operation == 'settle' then
      state, free = SETTLED, whole(settled_at(scope, margin))
    end
    -- Not if this token was used before: that place counts too.
    if call('ZADD', scope.places, 'NX', free, state .. token) == 0 then
      pending = nil
    end
    keep(scope.places, scope.name, tonumber(free))
  end
  if free and pending then
    call('ZREM', scope.places, pending)
  end
  if scope.exclusive then
    local flight = call('HGET', scope.marks, 'flight')
    if flight and flight:match(' (.*)$') == token then
      call('HDEL', scope.marks, 'flight')
    end
  end
end
return { DONE, now }
