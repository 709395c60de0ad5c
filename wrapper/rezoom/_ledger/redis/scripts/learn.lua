-- What answers teach: a slower pace, a block, use by others.
if operation == 'slow_down' then -- lesson() of pacing.py
  local rate, ceiling, named = read('>ddd', given, at)
  local tat, since, learned = 0, 0, 0
  if stored[2] then
    tat, since, learned = read('>ddd', stored[2])
  end
  if learned > 0 and now - since < SECOND then
    return write(SAID, DONE, now, 0)
  end
  local rated = rate > 0 and rate or ceiling
  if learned > 0 then
    local grown = learned + rated * (0.05 / 60) * (now - since) / SECOND
    rated = min(rated, grown)
  end
  if named > 0 then
    rated = min(rated, named)
  end
  local kept = max(tat, now) + 2 * HOUR
  local text = write('>dddd', tat, now, max(0.1, rated * 0.7), kept)
  call('SET', KEYS[2], text, 'PX', ceil((kept - now) / 1000))
  call('ZADD', INDEX, '+inf', sub(KEYS[2], #PACE + 1))
  return write(SAID, DONE, now, 0)
end

local value, margin
value, margin, at = read('>dd', given, at)
local limit, span, _, bundled = read(SPEC, given, at)
local places, total, due, kept, blocked, flying, pilot = '', 0, NEVER, 0, 0, 0, NOBODY
if stored[2] then
  local size = #stored[2] - TAIL_SIZE
  _, _, kept, blocked, flying, pilot = read(TAIL, stored[2], size + 1)
  places, total, due = drop_freed(stored[2], size)
end

local needed, missing = value, 0
if operation == 'block' then
  if value <= blocked then
    return write(SAID, DONE, now, 0)
  end
  blocked = value
else
  missing = min(value, limit) - total
  if missing <= 0 then
    return write(SAID, DONE, now, 0)
  end
  needed = free_at(span, now, margin)
  if bundled == 1 then
    needed = ceil(needed / MINUTE) * MINUTE
  end
  places = places .. write(PLACE, needed, EXTERNAL, missing, NOBODY)
  total, due = total + missing, min(due, needed)
end
local life = kept < needed + MINUTE
if life then
  kept = needed + MINUTE + HOUR
end
local text = places .. write(TAIL, total, due, kept, blocked, flying, pilot)
call('SET', KEYS[2], text, 'KEEPTTL')
if life then
  keep(KEYS[2], kept)
end
return write(SAID, DONE, now, missing)
