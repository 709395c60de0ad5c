local refusal = { REFUSED, now, tat, taught and format('%.17g', taught) or '', since }
for _, scope in ipairs(scopes) do
  refusal[#refusal + 1] = sum_up(scope)
end
return refusal
