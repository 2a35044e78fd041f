DROP TABLE account_joins;
