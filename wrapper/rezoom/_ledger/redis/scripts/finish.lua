-- settle, release, abandon: the first word about a pending place is the last.

-- One place is kept for all that free in one minute of a scope with many.
local function put_together(scope, at, free)
  for other, place in ipairs(scope.places) do
    local other_free, kind, number = unpack(PLACE, place)
    if other_free == free and kind == SETTLED then
      put(scope, other, pack(PLACE, free, SETTLED, number + 1, NOBODY), free, 0)
      return put(scope, at, nil, free, 0)
    end
  end
  put(scope, at, pack(PLACE, free, SETTLED, 1, NOBODY), free, 0)
end

for _, scope in ipairs(scopes) do
  local at, free, kind, turn = place_of(scope)
  local pending, landed = kind == PENDING, scope.exclusive and scope.flight == token
  if landed then
    scope.in_flight, scope.flight = 0, NOBODY
  end
  if pending and operation == 'abandon' then
    put(scope, at, pack(PLACE, free, UNKNOWN, turn, token), free, 0)
  elseif pending and operation == 'settle' and scope.limit then
    local settled = settled_at(scope)
    if scope.bundled and settled <= free then
      put_together(scope, at, settled)
    else -- an answer only ever improves it: one that was read late says nothing new
      free = min(free, settled)
      put(scope, at, pack(PLACE, free, SETTLED, 1, token), free, 0)
    end
  elseif pending then
    put(scope, at, nil, free, -1)
  end
  if pending or landed then
    write_scope(scope, 0)
  end
end
return { 'done', now }
