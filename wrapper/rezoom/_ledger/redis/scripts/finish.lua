-- settle, release, abandon: the first word about a pending place is the last.
for _, scope in ipairs(scopes) do
  local landed = scope.exclusive and scope.flight == token
  if landed then
    scope.in_flight, scope.flight = 0, NOBODY
  end
  local first = find_place(scope, token, 17)
  local free, kind, _, turn
  if first then
    free, kind, _, turn = place_at(scope, first)
  end
  if kind == PENDING then
    local place = ''
    if operation == 'abandon' then
      place = pack(PLACE, free, UNKNOWN, turn, token)
    elseif operation == 'release' or scope.limit == ENDLESS then
      scope.total = scope.total - 1
    else
      -- An answer only ever improves it: one that was read late says nothing new.
      local settled = settled_at(scope)
      free = min(free, settled)
      scope.due = min(scope.due, free)
      local bundle = scope.bundled and free == settled
      local other = bundle and find_place(scope, pack('>dB', free, SETTLED), 0)
      if other then -- one place for all that free in that minute
        local _, _, number = place_at(scope, other)
        local more = pack(PLACE, free, SETTLED, number + 1, NOBODY)
        scope.places = sub(scope.places, 1, other - 1) .. more .. sub(scope.places, other + PLACE_SIZE)
        scope.moved = true
      else
        place = pack(PLACE, free, SETTLED, 1, bundle and NOBODY or token)
      end
    end
    write_scope(scope, first - 1, place .. sub(scope.places, first + PLACE_SIZE), free)
  elseif landed then
    write_scope(scope, #scope.places, '', 0)
  end
end
return { 'done', now }
