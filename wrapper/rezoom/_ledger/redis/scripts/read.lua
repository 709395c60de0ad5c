-- What is written, and starting over: usage, keys, open, reset.
if operation == 'open' then
  if not current then
    current = ('%s:new:%.0f'):format(FORMAT, now)
    call('SET', KEYS[1], current)
    return { write(SAID, DONE, now, 1), current }
  end
  return { write(SAID, DONE, now, 0), current }
end

if operation == 'usage' then
  local answer = { write(SAID, DONE, now, 0) }
  for i = 2, #KEYS do
    answer[i] = stored[i] or ''
  end
  return answer
end

local names = call('ZRANGE', INDEX, 0, -1)

if operation == 'keys' then
  local found, prefix = {}, sub(given, at)
  for _, name in ipairs(names) do
    if sub(name, 1, #prefix) == prefix then
      local state = call('GET', SCOPE .. name)
      if state then
        local size = #state - TAIL_SIZE
        local _, _, _, blocked = read(TAIL, state, size + 1)
        local _, total = drop_freed(state, size)
        if total > 0 or blocked > now then
          found[#found + 1] = name
        end
      end
    end
  end
  return { write(SAID, DONE, now, 0), found }
end

for _, name in ipairs(names) do
  call('UNLINK', SCOPE .. name, PACE .. name)
end
current = ('%s:reset:%.0f'):format(FORMAT, now)
call('UNLINK', INDEX)
call('SET', KEYS[1], current)
return { write(SAID, DONE, now, 0), current }
