-- What is written, and starting over: open, usage, keys, reset.
if operation == 'open' then
  if epoch then
    return { 'done', now, epoch, 0 }
  end
  epoch = ('2:new:%.0f'):format(now) -- connection.py
  call('SET', KEYS[1], epoch)
  return { 'done', now, epoch, 1 }
end

local answer = { 'done', now }
if operation == 'usage' then
  for i, scope in ipairs(scopes) do
    answer[2 + i] = told(scope)
  end
  return answer
end

local names = {}
for _, name in ipairs(call('ZRANGE', INDEX, 0, -1)) do
  if sub(name, 1, #asked.prefix) == asked.prefix then
    names[#names + 1] = name
  end
end
if operation == 'keys' then
  for _, name in ipairs(names) do
    local scope = read_scope(SCOPES .. name, {})
    drop_freed(scope)
    if scope.total > 0 or scope.blocked > now then
      answer[#answer + 1] = name
    end
  end
  return answer
end

for _, name in ipairs(names) do
  call('UNLINK', SCOPES .. name, PACES .. name)
  call('ZREM', INDEX, name)
end
if asked.prefix == '' then
  epoch = ('2:reset:%.0f'):format(now)
  call('SET', KEYS[1], epoch)
end
return { 'done', now, epoch }
