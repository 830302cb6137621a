{#- The region of Brazil, by the country's statistical office, in which a state lies; NULL for an unknown state. -#}
{%- macro region_of_state(state) -%}
    case
        when {{ state }} in ('AC', 'AP', 'AM', 'PA', 'RO', 'RR', 'TO') then 'north'
        when {{ state }} in ('AL', 'BA', 'CE', 'MA', 'PB', 'PE', 'PI', 'RN', 'SE') then 'northeast'
        when {{ state }} in ('DF', 'GO', 'MT', 'MS') then 'central_west'
        when {{ state }} in ('ES', 'MG', 'RJ', 'SP') then 'southeast'
        when {{ state }} in ('PR', 'RS', 'SC') then 'south'
    end
{%- endmacro -%}
