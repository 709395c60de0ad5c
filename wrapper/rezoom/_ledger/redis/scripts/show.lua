-- Prints a scope: redis-cli --eval show.lua '{rezoom}:scope:api.zoom.us/ACCOUNT/meeting/NUMBER'
-- Keys: redis-cli ZRANGE '{rezoom}:index' 0 -1. What is in a scope's string: head.lua.
local KINDS = { [0] = 'pending', 'settled', 'external', 'unknown' }
local text, time = redis.call('GET', KEYS[1]), redis.call('TIME')
local now, size, lines = time[1] * 1e6 + time[2], text and #text - 56 or 0, {}
if size < 0 or size % 33 ~= 0 then
  return redis.error_reply('CORRUPT ' .. KEYS[1])
end

local function line(text, instant)
  local left = math.ceil((instant - now) / 1e6)
  if left > 0 then
    local words = ('%s %d:%02d:%02d'):format(text, left / 3600, left / 60 % 60, left % 60)
    lines[#lines + 1] = words
  end
end

for first = 1, size, 33 do
  local free, kind, number = struct.unpack('>dBd', text, first)
  local single = kind == 0 or kind == 3 -- their number is a turn
  line(('%.0f %s, free in'):format(single and 1 or number, KINDS[kind]), free)
end
if text then
  local _, _, _, blocked, in_flight = struct.unpack('>ddddd', text, size + 1)
  line('blocked by Zoom for', blocked)
  line('in flight for at most', in_flight)
end
return #lines > 0 and lines or { 'nothing is counted' }
