-- Everything that counts now, in order: when it frees, and how many they are.
local function list_places(scope, ...)
  local frees, numbers = {}, {}
  local flat = call(
    'ZRANGEBYSCORE', scope.places, '(' .. format('%.0f', now), '+inf', 'WITHSCORES', ...
  )
  for at = 2, #flat, 2 do
    frees[#frees + 1], numbers[#numbers + 1] = tonumber(flat[at]), 1
  end
  for _, bundle in ipairs(scope.bundles or {}) do
    local at = #frees + 1
    while at > 1 and frees[at - 1] > bundle[1] do
      at = at - 1
    end
    table.insert(frees, at, bundle[1])
    table.insert(numbers, at, bundle[3])
  end
  return frees, numbers
end

-- How many there are in each state, when there is a place again, and what else is in the way.
local function sum_up(scope)
  local counts = { [PENDING] = 0, [SETTLED] = 0, [EXTERNAL] = 0, [UNKNOWN] = 0 }
  -- Without their scores: a server takes longest to write those.
  local members = call('ZRANGEBYSCORE', scope.places, '(' .. format('%.0f', now), '+inf')
  local total, free = #members, 0
  for _, member in ipairs(members) do
    local state = member:sub(1, 1)
    counts[state] = counts[state] + 1
  end
  for _, bundle in ipairs(scope.bundles or {}) do
    total = total + bundle[3]
    counts[bundle[2]] = counts[bundle[2]] + bundle[3]
  end
  local wanted = math.max(1, total - (scope.limit or total) + 1)
  local frees, numbers
  if scope.bundles then
    frees, numbers = list_places(scope)
  else
    frees, numbers = list_places(scope, 'LIMIT', wanted - 1, 1)
    wanted = 1
  end
  for at, number in ipairs(numbers) do
    wanted = wanted - number
    if wanted <= 0 then
      free = frees[at]
      break
    end
  end
  return {
    counts[PENDING], counts[SETTLED], counts[EXTERNAL], counts[UNKNOWN],
    free, scope.blocked, scope.flying,
  }
end
