-- settle, release, abandon: the first word about a pending place is the last.
local margin, pending = given[9], PENDING .. token
for _, scope in ipairs(read_scopes(10)) do
  local free = call('ZSCORE', scope.places, pending)
  local done = free
  if free and operation == 'settle' and scope.limit then
    -- An answer only ever improves it: one that was read late says nothing new.
    free = math.min(tonumber(free), free_at(scope, now, margin))
    if scope.bundled then
      free = math.ceil(free / MINUTE) * MINUTE
      call('HINCRBY', scope.marks, SETTLED .. ':' .. format('%.0f', free), 1)
      keep(scope.marks, scope.name, free)
    else
      -- Not if this token was used before: that place counts too.
      -- The key lives long enough: it was to, when this place was taken.
      local added = call('ZADD', scope.places, 'NX', format('%.0f', free), SETTLED .. token)
      done = added == 1
    end
  elseif free and operation == 'abandon' then
    done = call('ZADD', scope.places, 'NX', free, UNKNOWN .. token) == 1
  end
  if done then
    call('ZREM', scope.places, pending)
  end
  if scope.exclusive then
    local flight = call('HGET', scope.marks, 'flight')
    if flight and flight:match(' (.*)$') == token then
      -- Not deleted: the key would go with it, and be made and kept alive anew each time.
      call('HSET', scope.marks, 'flight', '0')
    end
  end
end
return { DONE, now }
