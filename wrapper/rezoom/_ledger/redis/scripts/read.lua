-- What is written, and forgetting it: open, usage, keys, forget, reset.
local answer = { 'done', now }
if operation == 'open' then
  local begun = epoch or ('2:new:%.0f'):format(now) -- connection.py
  if not epoch then
    call('SET', KEYS[1], begun)
  end
  return { 'done', now, begun, epoch and 0 or 1 }
elseif operation == 'usage' then
  for i, scope in ipairs(scopes) do
    answer[2 + i] = described(scope)
  end
  return answer
end

for _, name in ipairs(call('ZRANGE', INDEX, 0, -1)) do
  local meant = sub(name, 1, #asked.prefix) == asked.prefix
  if meant and operation ~= 'keys' then
    call('UNLINK', SCOPES .. name, PACES .. name)
    call('ZREM', INDEX, name)
  elseif meant then
    local scope = read_scope(SCOPES .. name, {})
    if scope.count > 0 or scope.blocked > now then
      answer[#answer + 1] = name
    end
  end
end
if operation == 'reset' then
  answer[3] = ('2:reset:%.0f'):format(now)
  call('SET', KEYS[1], answer[3])
end
return answer
