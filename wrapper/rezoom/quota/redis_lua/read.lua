-- What is written, and starting over: usage, keys, open, reset.
if operation == 'open' then
  if not current then
    current = FORMAT .. ':new:' .. format('%.0f', now)
    call('SET', KEYS[1], current)
    return { DONE, now, current, 1 }
  end
  return { DONE, now, current, 0 }
end

if operation == 'usage' then
  local answer = { DONE, now }
  for _, scope in ipairs(read_scopes(9)) do
    weigh(scope)
    local summary = sum_up(scope)
    local frees, numbers = list_places(scope)
    for at, free in ipairs(frees) do
      summary[#summary + 1] = free
      summary[#summary + 1] = numbers[at]
    end
    answer[#answer + 1] = summary
  end
  return answer
end

local names = call('ZRANGE', INDEX, 0, -1)

if operation == 'keys' then
  local found, prefix = {}, given[9]
  for _, name in ipairs(names) do
    if name:sub(1, #prefix) == prefix then
      local scope = { places = PLACES .. name, marks = MARKS .. name }
      weigh(scope)
      if #(list_places(scope)) > 0 or scope.blocked > now then
        found[#found + 1] = name
      end
    end
  end
  return { DONE, now, found }
end

for _, name in ipairs(names) do
  call('UNLINK', PLACES .. name, MARKS .. name, TAG .. 'pace:' .. name)
end
current = FORMAT .. ':reset:' .. format('%.0f', now)
call('UNLINK', INDEX)
call('SET', KEYS[1], current)
return { DONE, now, current }
