-- Prints what a scope holds: redis-cli --eval show.lua '{rezoom}:scope:api.zoom.us/ACCOUNT/meeting/ID'
-- Of each kind of place: how many, and in how many hours, minutes and seconds they free.
local KINDS = { [0] = 'pending', 'settled', 'external', 'unknown' }
local text, time = redis.call('GET', KEYS[1]), redis.call('TIME')
local now, size = time[1] * 1e6 + time[2], text and #text - 56
if not text then
  return { 'nothing is counted in ' .. KEYS[1] }
elseif size < 0 or size % 33 ~= 0 then
  return { 'not a scope of a ledger: ' .. KEYS[1] }
end

local function left(instant)
  local seconds = math.ceil((instant - now) / 1e6)
  local minutes = math.floor(seconds / 60)
  return ('%d:%02d:%02d'):format(math.floor(minutes / 60), minutes % 60, seconds % 60)
end

local lines, total = {}, 0
for first = 1, size, 33 do
  local free, kind, number = struct.unpack('>dBd', text, first)
  if free > now then
    number = (kind == 1 or kind == 2) and number or 1
    total = total + number
    lines[#lines + 1] = ('%.0f %s, free in %s'):format(number, KINDS[kind], left(free))
  end
end
table.insert(lines, 1, ('%.0f counted in %s'):format(total, KEYS[1]))
local _, _, _, blocked, in_flight = struct.unpack('>ddddd', text, size + 1)
if blocked > now then
  lines[#lines + 1] = 'blocked by Zoom for ' .. left(blocked)
end
if in_flight > now then
  lines[#lines + 1] = 'an update is in flight, for at most ' .. left(in_flight)
end
return lines
