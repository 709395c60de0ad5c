-- What is written, and starting over: usage, keys, open, reset.
if operation == 'open' then
  local found = current
  if not found then
    current = FORMAT .. ':new:' .. whole(now)
    call('SET', KEYS[1], current)
  end
  return { DONE, now, current, found and 0 or 1 }
end

if operation == 'usage' then
  local answer = { DONE, now }
  for _, scope in ipairs(read_scopes()) do
    weigh(scope)
    local summary, places = sum_up(scope)
    for _, place in ipairs(places) do
      table.insert(summary, place[1])
      table.insert(summary, place[3])
    end
    table.insert(answer, summary)
  end
  return answer
end

local names = call('ZRANGE', INDEX, 0, -1)

if operation == 'keys' then
  local found, prefix = {}, word()
  for _, name in ipairs(names) do
    if name:sub(1, #prefix) == prefix then
      local scope = { places = PLACES .. name, marks = MARKS .. name }
      weigh(scope)
      if #list_places(scope) > 0 or scope.blocked > now then
        table.insert(found, name)
      end
    end
  end
  return { DONE, now, found }
end

for _, name in ipairs(names) do
  call('UNLINK', PLACES .. name, MARKS .. name, TAG .. 'pace:' .. name)
end
current = FORMAT .. ':reset:' .. whole(now)
call('UNLINK', INDEX)
call('SET', KEYS[1], current)
return { DONE, now, current }
