//! Conditions, keys and sums that Diesel's builder cannot say in one form for both databases: SQL that both understand, with
//! every value bound. Only literals of this module's callers become SQL.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};

/// A piece of SQL that is of type `T` there.
#[derive(Debug, Clone)]
pub(super) struct Piece<T> {
    parts: Vec<Part>,
    is: PhantomData<T>,
}

#[derive(Debug, Clone)]
enum Part {
    Sql(&'static str),
    Text(String),
    Number(i64),
}

impl<T> Piece<T> {
    pub(super) fn sql(sql: &'static str) -> Self {
        Self {
            parts: vec![Part::Sql(sql)],
            is: PhantomData,
        }
    }

    /// Goes on with more SQL.
    pub(super) fn then(mut self, sql: &'static str) -> Self {
        self.parts.push(Part::Sql(sql));
        self
    }

    /// Goes on with a bound text.
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Goes on with a bound number.
    pub(super) fn number(mut self, number: i64) -> Self {
        self.parts.push(Part::Number(number));
        self
    }

    /// Goes on with another piece.
    pub(super) fn piece(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }
}

impl<T: TypedExpressionType> Expression for Piece<T> {
    type SqlType = T;
}

impl<T, QS> AppearsOnTable<QS> for Piece<T> where Self: Expression {}

impl<T, QS> SelectableExpression<QS> for Piece<T> where Self: Expression {}

impl<T, GB> ValidGrouping<GB> for Piece<T> {
    type IsAggregate = is_aggregate::Never;
}

impl<T> QueryId for Piece<T> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB> QueryFragment<DB> for Piece<T>
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Text>,
    i64: ToSql<BigInt, DB>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for part in &self.parts {
            match part {
                Part::Sql(sql) => out.push_sql(sql),
                Part::Text(text) => out.push_bind_param::<Text, _>(text)?,
                Part::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
            }
        }
        Ok(())
    }
}
