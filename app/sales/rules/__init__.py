"""Pure judgements about sales: what closes a deal, what a line costs, what an amount is worth, what a funnel loses."""
