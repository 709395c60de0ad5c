-- Everything that counts now, as { free at, state, how many }, in order.
local function list_places(scope)
  local found = {}
  local range = '(' .. format('%.0f', now)
  local flat = call('ZRANGEBYSCORE', scope.places, range, '+inf', 'WITHSCORES')
  for at = 1, #flat, 2 do
    found[#found + 1] = { tonumber(flat[at + 1]), flat[at]:sub(1, 1), 1 }
  end
  if scope.bundles then
    for _, bundle in ipairs(scope.bundles) do
      found[#found + 1] = bundle
    end
    table.sort(found, function(one, other) return one[1] < other[1] end)
  end
  return found
end

-- How many there are in each state, when there is a place again, and what else is in the way.
local function sum_up(scope, places)
  local counts = { [PENDING] = 0, [SETTLED] = 0, [EXTERNAL] = 0, [UNKNOWN] = 0 }
  local total, free = 0, 0
  for _, place in ipairs(places) do
    total = total + place[3]
    counts[place[2]] = counts[place[2]] + place[3]
  end
  local wanted = math.max(1, total - (scope.limit or total) + 1)
  for _, place in ipairs(places) do
    wanted = wanted - place[3]
    if wanted <= 0 then
      free = place[1]
      break
    end
  end
  return {
    counts[PENDING], counts[SETTLED], counts[EXTERNAL], counts[UNKNOWN],
    free, scope.blocked, scope.flying,
  }
end
